{% snapshot visits_then %}
{{ config(target_schema='dbt_shop', unique_key='id', strategy='check', check_cols=['paid']) }}
select id, guest, paid from {{ ref('visits_clean') }}
{% endsnapshot %}
