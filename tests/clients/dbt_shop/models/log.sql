{{ config(materialized='incremental', unique_key='id') }}
select id, guest, paid from {{ ref('visits_clean') }}
{% if is_incremental() %} where id >= (select max(id) from {{ this }}) {% endif %}
