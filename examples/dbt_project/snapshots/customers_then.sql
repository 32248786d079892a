{% snapshot customers_then %}
{{ config(target_schema='analytics', unique_key='id', strategy='check', check_cols=['country']) }}
select id, name, country from {{ ref('customers') }}
{% endsnapshot %}
